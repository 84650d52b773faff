# syntax=docker/dockerfile:1
# One image for every process. By itself it is `tandem up`, all in one container; docker-compose.yml runs one each.
FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/tandem
# The packages first: they change more seldom than the program, and every one is held to its hash.
COPY requirements.run.lock /src/
RUN /opt/tandem/bin/pip install --require-hashes -r /src/requirements.run.lock
COPY pyproject.toml README.md LICENSE /src/
COPY sync /src/sync
RUN /opt/tandem/bin/pip install --no-deps /src

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="tandem" \
      org.opencontainers.image.description="Keeps a team's GitHub Issues and its Notion database in step, both ways." \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 tandem \
    && useradd --uid 10001 --gid tandem --no-create-home --home-dir /data --shell /usr/sbin/nologin tandem \
    && install -d -o tandem -g tandem -m 0700 /data \
    && install -d /mappings
COPY --from=build /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/tandem.db \
    STATE_DIR=/data \
    MAPPINGS_DIR=/mappings
# By number, so that whoever forbids root can see that it is none.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"WEB_PORT\") or 8080}/healthz', timeout=5)"]
CMD ["tandem", "up"]
