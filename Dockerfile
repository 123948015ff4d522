# Two stages: the first installs exactly what requirements.lock says, hashes checked; the second only runs it.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /srv/venv
ENV PATH=/srv/venv/bin:$PATH

WORKDIR /srv/onward
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY blog blog
COPY polls polls
COPY newsletter newsletter
COPY site site
RUN pip install --no-deps --no-build-isolation -e . && python -m compileall -q blog polls newsletter site


FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /srv/onward onward && mkdir -p /srv/var && chown onward /srv/var
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/onward /srv/onward
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 VAR_DIR=/srv/var \
    DJANGO_SETTINGS_MODULE=onward_site.settings.production

# Collecting needs settings that stand, not secrets that are true: these are gone when the command is done.
RUN SECRET_KEY=only-for-collecting-static-files-0123456789-abcdefghijkl BASE_URL=http://build ALLOWED_HOSTS=build \
    DATABASE_URL=sqlite:////tmp/none.sqlite3 EMAIL_URL=smtp://none:25 VAR_DIR=/srv/collected \
    python /srv/onward/site/manage.py collectstatic --no-input --verbosity 0 && chmod -R a+rX /srv/collected
ENV STATIC_ROOT=/srv/collected/static

USER onward
WORKDIR /srv/onward
VOLUME /srv/var
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "1", "--no-ws", "--respawn-failed-workers", "--working-dir", "site", \
     "onward_site.wsgi:application"]
