"""The Kubernetes manifests: valid, restricted, and the same platform as docker-compose.yml brings up."""

import re
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import dagster as dg
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml
from dagster._core.instance.ref import InstanceRef

from segmentation_platform_tests.support.repository import REPOSITORY
from segmentation_platform_tests.system.deployment import manifests
from segmentation_platform_tests.system.deployment.manifests import (
    FOLDER,
    SERVICES,
    Document,
    container,
    environment,
    pod,
)
from segmentation_platform_tests.system.deployment.stack import run

# The oldest version that is looked after by most distributions, and the newest that is known here.
VERSIONS = ("1.31", kubernetes_validate.latest_version())
# What a manifest says in other words, or a config file does: the image has the same defaults.
ONLY_IN_COMPOSE = {
    "DAGSTER_COMPUTE_LOGS",
    *(f"SEGMENTATION_SCHEDULE__{n}" for n in ("CRON", "TIMEZONE")),
}
ONLY_IN_KUBERNETES = {"PGSSLMODE", "DAGSTER_CURRENT_IMAGE"}


@pytest.fixture(scope="module")
def compose() -> Document:
    return dict(yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"])


def _instance(file: Path) -> Document:
    return dict(yaml.safe_load(file.read_text()))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("document", manifests.all_documents(), ids=lambda d: f"{d['kind']}-{d['metadata']['name']}")
def test_a_manifest_keeps_to_the_schema_of_its_kind(document: Document, version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_every_file_is_part_of_the_whole_but_for_the_example() -> None:
    whole = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    files = {file.name for file in FOLDER.glob("*.yaml")} - {*manifests.NOT_MANIFESTS, "secret.example.yaml"}
    assert set(whole["resources"]) == files


@pytest.mark.parametrize("name", [*SERVICES, "prepare"])
def test_a_pod_is_restricted(name: str) -> None:
    assert manifests.problems_of(pod(name)) == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched(name: str) -> None:
    assert {"startupProbe", "livenessProbe"} <= container(name).keys()


@pytest.mark.parametrize("name", [*SERVICES, "prepare"])
def test_a_service_is_the_one_that_compose_runs(compose: Document, name: str) -> None:
    theirs, ours = compose[name], container(name)
    assert ours["image"] == theirs["image"].partition(":")[0]
    assert ours["command"] == theirs["command"]
    ports = {str(port["containerPort"]) for port in ours.get("ports", [])}
    published = {str(port).rpartition(":")[2] for port in theirs.get("ports", [])}
    assert published <= ports
    expected, found = dict(theirs["environment"]), environment(name)
    assert expected.keys() - ONLY_IN_COMPOSE == found.keys() - ONLY_IN_KUBERNETES
    for variable in ("DATABASE_URL", "ADMIN_DATABASE_URL", "DAGSTER_POSTGRES_HOST", "DAGSTER_POSTGRES_DB"):
        assert expected.get(variable) == found.get(variable)


@pytest.mark.parametrize("name", [*SERVICES, "prepare"])
def test_passwords_come_by_reference_to_keys_that_the_example_names(name: str) -> None:
    known = manifests.find("Secret", "passwords")["stringData"]
    assert set(known.values()) == {""}
    for variable, value in environment(name).items():
        if re.search("PASSWORD|ALERTS__URLS", variable):
            assert isinstance(value, dict), f"{variable} is written out"
            assert value["name"] == "passwords"
            assert value["key"] in known
        else:
            assert not re.search(r"://[^/@]*:[^/@]+@", str(value))


def test_only_who_launches_runs_may_use_the_clusters_interface() -> None:
    accounts = {name: pod(name).get("serviceAccountName") for name in SERVICES}
    assert accounts == {"code": "runs", "webserver": "launcher", "daemon": "launcher", "monitor": None}
    bound = [one for one in manifests.all_documents() if one["kind"].endswith("RoleBinding")]
    assert [[subject["name"] for subject in one["subjects"]] for one in bound] == [["launcher"]]
    assert not [one for one in manifests.all_documents() if one["kind"] == "ClusterRole"]
    assert not [rule for rule in manifests.find("Role", "launcher")["rules"] if "*" in str(rule)]
    assert pod("monitor")["automountServiceAccountToken"] is False


def test_nobody_speaks_to_anybody_who_is_not_named() -> None:
    closed = manifests.find("NetworkPolicy", "nothing-else")["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (rule,) = manifests.find("NetworkPolicy", "code")["spec"]["ingress"]
    (who,) = rule["from"]
    assert who["podSelector"]["matchExpressions"][0]["values"] == ["webserver", "daemon"]


def test_kustomize_puts_it_together_and_runs_use_the_image_of_the_code_location() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not here.")
    built = list(yaml.safe_load_all(run(["kubectl", "kustomize", str(FOLDER)]).stdout))
    (code,) = (one for one in built if (one["kind"], one["metadata"]["name"]) == ("Deployment", "code"))
    (one,) = code["spec"]["template"]["spec"]["containers"]
    (image,) = (variable["value"] for variable in one["env"] if variable["name"] == "DAGSTER_CURRENT_IMAGE")
    assert image == one["image"] != "segmentation-platform"
    for document in built:
        kubernetes_validate.validate(document, VERSIONS[-1], strict=True)
        assert document["kind"] in ("Namespace",) or document["metadata"]["namespace"] == "segmentation"


def test_dagster_is_set_up_as_in_containers_but_for_where_runs_and_logs_are() -> None:
    cluster = _instance(FOLDER / "dagster.yaml")
    container = _instance(REPOSITORY / "deploy" / "container" / "dagster.yaml")
    differing = {key for key in cluster.keys() | container.keys() if cluster.get(key) != container.get(key)}
    assert differing <= {"run_launcher", "compute_logs", "run_monitoring"}
    assert cluster["run_monitoring"]["enabled"] is True


def test_the_image_for_kubernetes_has_the_same_libraries_and_the_launcher() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (REPOSITORY / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-kubernetes.lock")
    ]
    assert pins[0].items() <= pins[1].items(), "make lock"
    assert "dagster-k8s" in pins[1]


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Document:
    """The Job that Dagster's launcher makes of a run, by the manifests' configuration."""
    names = ("dagster_k8s.launcher", "dagster_k8s.job", "kubernetes.client")
    k8s, job_of, client = map(import_module, names)
    for name, value in environment("daemon").items():
        monkeypatch.setenv(name, value if isinstance(value, str) else "x")
    monkeypatch.setattr(k8s, "load_kubernetes_config", lambda **_: None)  # there is no cluster here
    (tmp_path / "dagster.yaml").write_bytes((FOLDER / "dagster.yaml").read_bytes())
    reference = InstanceRef.from_dir(str(tmp_path))  # checks the file by Dagster's own schema
    launcher = reference.run_launcher
    assert isinstance(launcher, k8s.K8sRunLauncher)
    of_run = launcher.get_container_context_for_run(dg.DagsterRun(job_name="refresh", run_id="1"))
    job = job_of.construct_dagster_k8s_job(
        of_run.get_k8s_job_config("segmentation-platform:kubernetes", launcher),
        args=["dagster", "api", "execute_run"],
        job_name="dagster-run-1",
        component="run_worker",
        user_defined_k8s_config=of_run.run_k8s_config,
    )
    document: Any = client.ApiClient().sanitize_for_serialization(job)
    return {"apiVersion": "batch/v1", "kind": "Job", **document}


def test_a_run_is_launched_as_a_restricted_pod_with_what_it_needs(launched: Document, compose: Document) -> None:
    kubernetes_validate.validate(launched, VERSIONS[-1], strict=True)
    spec = launched["spec"]["template"]["spec"]
    assert manifests.problems_of(spec) == []
    (one,) = spec["containers"]
    variables = {variable["name"] for variable in one["env"]}
    for source in one["envFrom"]:
        variables |= manifests.find("ConfigMap", source["configMapRef"]["name"])["data"].keys()
    assert compose["code"]["environment"].keys() - ONLY_IN_COMPOSE <= variables
    assert spec["serviceAccountName"] == "runs"
    claims = {one["persistentVolumeClaim"]["claimName"] for one in spec["volumes"] if "persistentVolumeClaim" in one}
    assert claims == {"ledger", "platform"}
    mounts = {mount["mountPath"] for mount in one["volumeMounts"]}
    assert {"/data", "/var/lib/segmentation", "/tmp", "/opt/dagster/dagster.yaml"} == mounts  # noqa: S108 - theirs
    component = launched["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]
    allowed = manifests.find("NetworkPolicy", "alerts")["spec"]["podSelector"]["matchExpressions"][0]["values"]
    assert component in allowed
