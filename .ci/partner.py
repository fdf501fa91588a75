"""One write and one read by a client that was generated from proto/."""

import sys
import uuid

import grpc
from muster.deployment.v1 import (
    mission_pb2,
    mission_service_pb2,
    mission_service_pb2_grpc,
    strength_service_pb2,
    strength_service_pb2_grpc,
)

address, token = sys.argv[1:]
metadata = [("authorization", f"Bearer {token}")]

with grpc.insecure_channel(address) as channel:
    missions = mission_service_pb2_grpc.MissionServiceStub(channel)
    request = mission_service_pb2.CreateMissionRequest(
        mission_id="by-python",
        mission=mission_pb2.Mission(display_name="By Python", host_country_code="HTI"),
        request_id=str(uuid.uuid4()),
    )
    first = missions.CreateMission(request, metadata=metadata, timeout=10)
    again = missions.CreateMission(request, metadata=metadata, timeout=10)
    assert first == again and first.name == "missions/by-python", (first, again)

    strength = strength_service_pb2_grpc.StrengthServiceStub(channel)
    found = strength.GetStrength(
        strength_service_pb2.GetStrengthRequest(name="missions/haiti-mss"),
        metadata=metadata,
        timeout=10,
    )
    assert any(one.conflicting_claims for one in found.reconciliations), found

print("Python: one write, repeated without a second effect, and one read")
