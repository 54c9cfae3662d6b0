# Three stages: Node builds the pages' islands, pip builds the packages, and the last has both and nothing to build with.
FROM node:22-bookworm-slim AS islands
WORKDIR /build
COPY web web
RUN cd web/islands && npm ci --ignore-scripts && npm run build

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/passerby && /opt/passerby/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY benchmarks benchmarks
COPY commands commands
COPY geofences geofences
COPY offers offers
COPY seeds seeds
COPY web web
COPY workers workers
COPY --from=islands /build/web/static/islands web/static/islands
RUN /opt/passerby/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 passerby \
 && useradd --system --uid 10001 --gid passerby --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin passerby \
 && install --directory --owner passerby --group passerby --mode 0700 /data
COPY --from=build /opt/passerby /opt/passerby
ENV PATH=/opt/passerby/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PASSERBY_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["passerby"]
# Alone, with an embedded Redis and SQLite in /data. docker-compose.yml starts the roles one by one.
CMD ["serve", "--host", "0.0.0.0"]
