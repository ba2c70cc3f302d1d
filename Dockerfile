# glibc, not musl: the policy engine has no musl wheel.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock requirements-build.lock pyproject.toml README.md ./
RUN python -m venv /opt/redbutton \
 && /opt/redbutton/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . .
RUN python -m venv /tmp/builder \
 && /tmp/builder/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-build.lock \
 && /tmp/builder/bin/python -m hatchling build -t wheel -d /tmp/wheels \
 && /opt/redbutton/bin/pip install --no-cache-dir --no-deps /tmp/wheels/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data redbutton \
 && mkdir -p /data/var && chown -R redbutton /data
COPY --from=build /opt/redbutton /opt/redbutton
ENV PATH=/opt/redbutton/bin:$PATH REDBUTTON_HOST=0.0.0.0 REDBUTTON_PORT=3000 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER redbutton
# Everything that is written lies under /data; the rest may be mounted read-only (`docker run --read-only`).
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['REDBUTTON_PORT'] + '/livez', timeout=2)"]
ENTRYPOINT ["redbutton"]
CMD ["serve"]
