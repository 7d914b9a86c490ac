"""What an operator may set: validated, frozen, with sentences for mistakes."""
from __future__ import annotations
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
import os, re, yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, SecretStr

class ConfigError(Exception): ...
def duration(v):
    if isinstance(v,(int,float)): return int(v*1000)
    m=re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)",v); return int(float(m[1])*{"ms":1,"s":1000,"m":60000,"h":3600000,"d":86400000}[m[2]])
class Model(BaseModel):
    model_config=ConfigDict(frozen=True,extra="forbid",populate_by_name=True)
class SignalPlan(Model):
    type: Literal["numeric","categorical","boolean"]|None=None
    ignore: bool=False
    min: float|None=None
    max: float|None=None
    bad: Literal["up","down","both"]="both"
    new_version: Literal["inherit","fresh"]|None=None
    detectors: tuple[str,...]|None=None
class BehaviorPlan(Model):
    bad: Literal["up","down","both"]="both"
    within_ms: int=Field(120_000,alias="within")
    new_version: Literal["inherit","fresh"]|None=None
    @field_validator("within_ms",mode="before")
    @classmethod
    def d(cls,v): return v if isinstance(v,int) and v>=1000 else duration(v)
class LabelsPlan(Model):
    wait_ms: int=Field(86_400_000,alias="wait")
    bad: Literal["up","down","both"]="up"
    new_version: Literal["inherit","fresh"]|None=None
SEV={"concept_drift":"critical","behavior":"critical","data_quality":"warning","data_drift":"info","output_drift":"warning","serving":"warning","volume":"warning"}
class AlertsPlan(Model):
    severity: dict[str,str]=SEV
    group_within_ms:int=600_000
    repeat_every_ms:int=14_400_000
    effect_size_floor_sd:float=.5
    confirm_blocks:int=4
    of_blocks:int=6
    generator_url:str=""
class ModelPlan(Model):
    warm_up:int=2000
    detectors:tuple[str,...]=("adwin","page_hinkley")
    resolution:Literal["auto","every_value"]="auto"
    false_alarm_every:float=1e9
    features:dict[str,SignalPlan]={}
    outputs:dict[str,SignalPlan]={}
    serving:dict[str,SignalPlan]={}
    behaviors:dict[str,BehaviorPlan]={}
    labels:LabelsPlan=LabelsPlan()
    alerts:AlertsPlan=AlertsPlan()
    baseline:str|None=None
class Limits(Model):
    models:int=1000
    streams_per_model:int=16
    signals_per_stream:int=2000
    categories_per_signal:int=100
    predictions_waiting:int=100_000
    ids_remembered:int=200_000
    record_bytes:int=900_000
class KafkaSettings(Model):
    bootstrap_servers:str="localhost:9092"
    prefix:str="driftline"
    partitions:int=8
    replication_factor:int=1
    group:str="driftline"
    security_protocol:str="PLAINTEXT"
    ssl_cafile:str|None=None
    @property
    def predictions(self): return self.prefix+".predictions"
    @property
    def feedback(self): return self.prefix+".feedback"
    @property
    def alerts(self): return self.prefix+".alerts"
    @property
    def signals(self): return self.prefix+".signals"
    @property
    def state(self): return self.prefix+".state"
    @property
    def dead_letters(self): return self.prefix+".dead-letters"
    def kafka_python(self): return {"bootstrap_servers":self.bootstrap_servers}
    def aiokafka(self): return {"bootstrap_servers":self.bootstrap_servers}
class WorkerSettings(Model):
    checkpoint_every_s:float=5.0
    checkpoint_bytes_per_s:int=4_000_000
    web_host:str="127.0.0.1"
    web_port:int=6066
    session_timeout_s:float=45
    group_instance_id:str|None=None
    summaries_every_s:float=10
class Settings(Model):
    kafka:KafkaSettings=KafkaSettings()
    worker:WorkerSettings=WorkerSettings()
    limits:Limits=Limits()
    defaults:ModelPlan=ModelPlan()
    models:dict[str,Any]={}
    def plan(self,m): return self.defaults
