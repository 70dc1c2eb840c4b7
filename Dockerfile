# The web process: haoke and nothing else, not as root.   docker build -t haoke .   docker run -p 8000:8000 -v haoke:/var/lib/haoke haoke
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/haoke && PIP_CONSTRAINT=/src/constraints.txt /opt/haoke/bin/pip install --no-cache-dir .

FROM python:3.11-slim
COPY --from=build /opt/haoke /opt/haoke
RUN useradd --system --uid 10001 --home-dir /var/lib/haoke --create-home --shell /usr/sbin/nologin haoke
ENV PATH=/opt/haoke/bin:$PATH HAOKE_HOME=/var/lib/haoke PYTHONUNBUFFERED=1
USER 10001
VOLUME /var/lib/haoke
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["haoke"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
