"""The code that asks a model: none for MLflow's, else a file in a code asset."""

from pulumi_azure_native import machinelearningservices as ml

from verdazure.args import Record, Text, TextLeaf, refuse


class Scoring(Record):
    """What online and batch deployments are told in the same words."""

    model_id: TextLeaf
    environment_id: TextLeaf | None = None
    code_id: TextLeaf | None = None
    scoring_script: Text | None = None

    def check_code(self) -> None:
        """Refuses a file without its code, and code without its file."""
        if (self.scoring_script is None) is not (self.code_id is None):
            refuse("scoring_script", self.scoring_script, "both scoring_script and code_id, or neither", "give both")

    def code(self) -> ml.CodeConfigurationArgs | None:
        """As Azure ML takes it."""
        if self.scoring_script is None:
            return None
        return ml.CodeConfigurationArgs(scoring_script=self.scoring_script, code_id=self.code_id)
