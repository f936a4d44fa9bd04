# One image for every service of the platform: docker build --tag segmentation-platform .
# For Kubernetes, with Dagster's launcher for it: --build-arg LOCK=requirements-kubernetes.lock
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS base
# A number is what Kubernetes can judge (runAsNonRoot); a name and a home are what some libraries ask for.
# Named volumes take over the owner of the folders that they are mounted on.
RUN groupadd --gid 10001 segmentation \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/segmentation \
        --shell /usr/sbin/nologin segmentation \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/segmentation /var/lib/dagster

FROM base AS build
ARG LOCK=requirements.lock
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY ${LOCK} ./
# Wheels only: nothing is compiled here, so nothing to compile with is needed. Tests of libraries and source maps
# of the web server are an eighth of what they install; bytecode is made by pip.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv install --quiet --only-binary :all: --require-hashes --no-deps \
        --requirement ${LOCK} \
    && cd /opt/venv/lib/python3*/site-packages \
    && find numpy pandas pyarrow scipy sklearn -type d -name tests -prune -exec rm -r {} + \
    && find dagster_webserver -name '*.map' -delete
COPY . ./
RUN python -m pip --python /opt/venv install --quiet --no-deps . \
    && install --directory /opt/dagster \
    && install --mode 0644 deploy/container/dagster.yaml deploy/container/workspace.yaml segmentation.toml /opt/dagster/

FROM base
LABEL org.opencontainers.image.title="segmentation_platform" \
      org.opencontainers.image.description="Customer segments and recommendations from a sales ledger, every night" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/python:3.13-slim"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DAGSTER_HOME=/opt/dagster \
    DAGSTER_COMPUTE_LOGS=/var/lib/dagster \
    SEGMENTATION_HOME=/var/lib/segmentation \
    SEGMENTATION_ENGINE__SPILL_FOLDER=/tmp \
    SEGMENTATION_CONFIG=/opt/dagster/segmentation.toml
USER 10001:10001
WORKDIR /var/lib/segmentation
CMD ["segmentation-platform", "--help"]
# Last, because this is the only large layer. It belongs to root: services can't change what they run.
COPY --from=build /opt /opt
