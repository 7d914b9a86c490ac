# driftline as a worker. Any command of `driftline` can be given instead: docker run driftline replay --help
FROM python:3.12-slim

WORKDIR /opt/driftline
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY driftline ./driftline
COPY schemas ./schemas
COPY detectors ./detectors
COPY stream_app ./stream_app
RUN pip install --no-cache-dir --constraint constraints.txt '.[service]'

RUN useradd --create-home --uid 10001 driftline && install -d -o driftline /var/cache/driftline
USER driftline
WORKDIR /home/driftline

# The detectors are compiled here, for this kind of processor, so that a container is ready in seconds. With a
# read-only root file system the folder is copied to /tmp at the start; another kind of processor compiles anew.
ENV NUMBA_CACHE_DIR=/var/cache/driftline
RUN python -c "from driftline.stream_app.adapters.worker.kernels import compile_kernels; compile_kernels()"

EXPOSE 6066
ENTRYPOINT ["driftline"]
CMD ["worker"]
