"""Peers of the benchmarks and journeys: Orthanc (Debian package) on free ports in a folder of its own."""

import json
from pathlib import Path

import httpx

from demo.processes import Process, free_port


class Orthanc:
    """Orthanc with its DICOMweb plug-in, as Debian packages it.

    Args:
        folder: its storage and index.
    """

    def __init__(self, folder: Path) -> None:
        self.port, self.dicom_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "Name": "PEER",
            "StorageDirectory": str(folder / "db"),
            "IndexDirectory": str(folder / "db"),
            "HttpPort": self.port,
            "DicomPort": self.dicom_port,
            "DicomAet": "PEER",
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "Plugins": ["/usr/share/orthanc/plugins"],
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            "DicomCheckCalledAet": False,
            "UnknownSopClassAccepted": True,
            "DicomAlwaysAllowFind": True,
        }
        path = folder / "orthanc.json"
        path.write_text(json.dumps(settings))
        self.process = Process(["/usr/sbin/Orthanc", str(path)], log=folder / "orthanc.log")

    def answers(self) -> bool:
        """True when it serves."""
        try:
            return httpx.get(f"{self.url}/system", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False
