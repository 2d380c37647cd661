"""Azure's built-in roles by name: a role assignment names what it grants, never a bare GUID.

Ids: Azure built-in roles, Microsoft Learn, read 2026-11-23; those of IoT on 2026-11-29.
"""

import re

from verdazure.args import refuse

BUILT_IN = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "AcrPush": "8311e382-0749-4cb8-b61a-304f252e45ec",
    "Application Insights Component Contributor": "ae349356-3a1b-4a5e-921d-050484c6347e",
    "Azure AI Enterprise Network Connection Approver": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
    "Azure Event Hubs Data Sender": "2b629674-e913-4c01-ae53-ef4638d8f975",
    "AzureML Compute Operator": "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815",
    "AzureML Data Scientist": "f6c7c914-8db3-469d-8ca1-694a8f32e121",
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Data Factory Contributor": "673868aa-7521-48a0-acc6-0f60742d39f5",
    "Device Provisioning Service Data Contributor": "dfce44e4-17b7-4bd1-a6d1-04996ec95633",
    "Device Provisioning Service Data Reader": "10745317-c249-44a1-a5ce-3a4353c0bbd8",
    "Device Update Administrator": "02ca0879-e8e4-47a5-a61e-5c618b76e64a",
    "IoT Hub Data Contributor": "4fc6c259-987e-4a07-842e-c321cc9d413f",
    "IoT Hub Data Reader": "b447c946-2db7-41ec-983d-d8bf3b1c77e3",
    "IoT Hub Registry Contributor": "4ea46cd5-c1b2-4a8e-910b-273211f9ce47",
    "IoT Hub Twin Contributor": "494bdba2-168f-4f31-a0a1-191d2f7c028c",
    "EventGrid TopicSpaces Publisher": "a12b0b94-b317-4dcd-84a8-502ce99884c6",
    "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
    "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893",
    "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Storage Account Backup Contributor": "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1",
    "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "Storage File Data Privileged Contributor": "69566ab7-960f-475b-8e7c-b3118f30c6bd",
}

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def definition_id(role: str, subscription_id: str) -> str:
    """The role definition's ARM id, from a built-in role's name, a GUID or a full id. `role` has passed `check`."""
    if role.startswith("/"):
        return role
    guid = BUILT_IN.get(role, role)
    return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def check(role: str) -> str:
    """Refuses a role that is neither a known name, nor a GUID, nor a role definition's id."""
    if not (role in BUILT_IN or _GUID.fullmatch(role) or "/roleDefinitions/" in role):
        known = ", ".join(BUILT_IN)
        refuse("", role, f"a role definition's GUID or id, or one of {known}", "name the role as Azure does")
    return role
