# fluxloop in a minimal container with only glibc and CA certificates: no shell, no package manager, no root user.
#
#   docker build --build-arg FLUXLOOP_VERSION=0.1.0 --tag fluxloop .
#   docker run --rm --env FLUXLOOP_API_KEY fluxloop auth status
FROM debian:12-slim AS build
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates curl libgcc-s1 \
  && rm -rf /var/lib/apt/lists/*
COPY install/install.sh scripts/bare_root.sh /build/
ARG FLUXLOOP_VERSION=latest
RUN FLUXLOOP_INSTALL_DIR=/build/bin sh /build/install.sh \
  && sh /build/bare_root.sh /build/bin/fluxloop /build/root

FROM scratch
COPY --from=build /build/root /
USER 65532:65532
ENTRYPOINT ["/usr/bin/fluxloop"]
CMD ["--help"]
