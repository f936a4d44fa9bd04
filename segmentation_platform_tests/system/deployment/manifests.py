"""The Kubernetes manifests as they stand in deploy/kubernetes."""

from pathlib import Path
from typing import Any

import yaml

from segmentation_platform_tests.support.repository import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "kubernetes"
NOT_MANIFESTS = ("kustomization.yaml", "dagster.yaml")
SERVICES = ("code", "webserver", "daemon", "monitor")

Document = dict[str, Any]


def documents(file: Path) -> list[Document]:
    """The manifests in a file."""
    return [dict(document) for document in yaml.safe_load_all(file.read_text())]


def all_documents() -> list[Document]:
    """All manifests."""
    files = sorted(file for file in FOLDER.glob("*.yaml") if file.name not in NOT_MANIFESTS)
    return [document for file in files for document in documents(file)]


def find(kind: str, name: str) -> Document:
    """A manifest by kind and name."""
    (found,) = (one for one in all_documents() if (one["kind"], one["metadata"]["name"]) == (kind, name))
    return found


def pod(name: str) -> Document:
    """The pod of a deployment, or of the job `prepare`."""
    return dict(find("Job" if name == "prepare" else "Deployment", name)["spec"]["template"]["spec"])


def container(name: str) -> Document:
    """Its only container."""
    (found,) = pod(name)["containers"]
    return dict(found)


def environment(name: str) -> dict[str, object]:
    """Its variables: values, or which key of which secret they come from."""
    found: dict[str, object] = {}
    for source in container(name)["envFrom"]:
        found |= find("ConfigMap", source["configMapRef"]["name"])["data"]
    for variable in container(name)["env"]:
        found[variable["name"]] = variable["value"] if "value" in variable else variable["valueFrom"]["secretKeyRef"]
    return found


def problems_of(spec: Document) -> list[str]:
    """What of a pod goes beyond Kubernetes' restricted pod security standard, or can be written to."""
    problems = []
    pod_rights = spec.get("securityContext", {})
    if pod_rights.get("runAsNonRoot") is not True or not pod_rights.get("runAsUser"):
        problems.append("may run as root")
    if pod_rights.get("seccompProfile") != {"type": "RuntimeDefault"}:
        problems.append("may call whatever of the kernel")
    problems += [f"uses the host's {name}" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    problems += ["mounts the host's files" for volume in spec.get("volumes", []) if "hostPath" in volume]
    for one in spec["containers"]:
        rights = one.get("securityContext", {})
        if rights.get("allowPrivilegeEscalation") is not False:
            problems.append("may gain rights")
        if rights.get("readOnlyRootFilesystem") is not True:
            problems.append("may write to its own files")
        if rights.get("capabilities") != {"drop": ["ALL"]}:
            problems.append("has capabilities")
        if not one["resources"].get("limits", {}).get("memory") or not one["resources"].get("requests"):
            problems.append("has no limits")
    return problems
