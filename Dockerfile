# Any command of driftline: docker run driftline replay --help. Without one: a worker.
FROM python:3.12-slim AS build

WORKDIR /opt/driftline
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY driftline ./driftline
COPY schemas ./schemas
COPY detectors ./detectors
COPY stream_app ./stream_app
RUN python -m venv /opt/venv && \
    /opt/venv/bin/pip install --no-cache-dir --constraint constraints.txt '.[service]'

FROM python:3.12-slim

RUN useradd --create-home --uid 10001 driftline && install -d -o driftline /var/cache/driftline /var/lib/driftline
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH

# By number: Kubernetes cannot tell from a name that it is not root.
USER 10001:10001
WORKDIR /var/lib/driftline

# The detectors are compiled here, for this kind of processor, so that a container is ready in seconds. With a
# read-only root file system the folder is copied to /tmp at the start (about 30 MB: mount a tmpfs or an emptyDir
# there); another kind of processor compiles anew, which takes about a minute.
ENV NUMBA_CACHE_DIR=/var/cache/driftline
RUN python -c "from driftline.stream_app.adapters.worker.kernels import compile_kernels; compile_kernels()"

# A worker's; the other services have their own in docker-compose.yml, and probes in the chart.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:6066/live', timeout=4)"]

EXPOSE 6066 6070 6071 6080
ENTRYPOINT ["driftline"]
CMD ["worker"]
