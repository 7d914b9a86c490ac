# driftline as a worker. Any command of `driftline` can be given instead: docker run driftline replay --help
FROM python:3.12-slim

WORKDIR /opt/driftline
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY driftline ./driftline
COPY schemas ./schemas
COPY detectors ./detectors
COPY stream_app ./stream_app
RUN pip install --no-cache-dir --constraint constraints.txt '.[service]'

RUN useradd --create-home --uid 10001 driftline
USER driftline
WORKDIR /home/driftline

EXPOSE 6066
ENTRYPOINT ["driftline"]
CMD ["worker"]
