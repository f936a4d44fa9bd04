# The app with a snapshot inside: a demo that needs no database. Look at what is in the snapshot before you show it.
#   docker build --file deploy/app/Dockerfile --tag segmentation-app .
#   segmentation-platform export snapshot
#   docker build --file deploy/app/demo.Dockerfile --tag segmentation-demo snapshot
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --publish 127.0.0.1:8501:8501 segmentation-demo
ARG APP=segmentation-app
FROM ${APP}
ENV SEGMENTATION_APP__FOLDER=/srv/snapshot
COPY . /srv/snapshot
