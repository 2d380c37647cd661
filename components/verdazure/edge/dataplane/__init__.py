"""What Resource Manager does not hold: deployments, devices and enrolments, through the services' own interfaces."""

from verdazure.edge.dataplane.deployments import EdgeDeployment as EdgeDeployment
from verdazure.edge.dataplane.deployments import EdgeDeploymentArgs as EdgeDeploymentArgs
from verdazure.edge.dataplane.deployments import EdgeModuleArgs as EdgeModuleArgs
from verdazure.edge.dataplane.deployments import EdgeRouteArgs as EdgeRouteArgs
from verdazure.edge.dataplane.deployments import EdgeRuntimeArgs as EdgeRuntimeArgs
from verdazure.edge.dataplane.devices import DeviceIdentity as DeviceIdentity
from verdazure.edge.dataplane.devices import DeviceIdentityArgs as DeviceIdentityArgs
from verdazure.edge.dataplane.enrolments import AllocationPolicy as AllocationPolicy
from verdazure.edge.dataplane.enrolments import EnrolmentGroup as EnrolmentGroup
from verdazure.edge.dataplane.enrolments import EnrolmentGroupArgs as EnrolmentGroupArgs
from verdazure.edge.dataplane.enrolments import TpmEnrolment as TpmEnrolment
from verdazure.edge.dataplane.enrolments import TpmEnrolmentArgs as TpmEnrolmentArgs
