# The image: one static program on nothing. `docker compose build` builds it; tests/image builds and tries the last
# stage, with a program that was built outside. The architecture is that of whoever builds, or `--platform`.

FROM node:24-bookworm-slim AS page
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-slim-bookworm AS program
WORKDIR /src
RUN apt-get update \
 && apt-get install -y --no-install-recommends musl-tools \
 && rm -rf /var/lib/apt/lists/*
# Only the C compiler is musl's. As a linker it would make a program that is not static, and falls at its start.
ENV CC_x86_64_unknown_linux_musl=musl-gcc CC_aarch64_unknown_linux_musl=musl-gcc
COPY Cargo.toml Cargo.lock build.rs ./
COPY migrations migrations
COPY server server
# Cargo wants every target to be there that Cargo.toml names.
COPY tests/bench tests/bench
COPY --from=page /src/web/dist web/dist
ARG TARGETARCH
RUN case "${TARGETARCH:-$(uname -m)}" in \
      amd64 | x86_64) target=x86_64-unknown-linux-musl ;; \
      arm64 | aarch64) target=aarch64-unknown-linux-musl ;; \
      *) echo "There is no static build for ${TARGETARCH:-$(uname -m)}." >&2; exit 1 ;; \
    esac \
 && rustup target add "$target" \
 && cargo build --release --locked --bin quietline --target "$target" \
 && mkdir -p /out/data /out/slots \
 && cp "target/$target/release/quietline" /out/

FROM scratch
LABEL org.opencontainers.image.title="Quietline" \
      org.opencontainers.image.description="An anonymous counselling portal in one program" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=program --chmod=0755 /out/quietline /quietline
# A volume that is new takes its owner from its folder here; a folder of the host must bring the right one.
COPY --from=program --chown=65532:65532 /out/data /data
# The server's half of every key, apart from what a backup may hold.
COPY --from=program --chown=65532:65532 /out/slots /slots
# Where SQLite finds a place for what it cannot hold in memory; there is no other under a read-only root.
WORKDIR /data
ENV QUIETLINE_DATA=/data QUIETLINE_SLOTS=/slots
VOLUME ["/data", "/slots"]
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/quietline"]
# Two questions of at most 3 s each.
HEALTHCHECK --interval=15s --timeout=8s --start-period=30s --retries=3 CMD ["/quietline", "healthcheck"]
