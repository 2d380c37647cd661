"""Operations: what watches, decides and acts after the deployment.

permissions  what the controller may do in Azure, each with the call that needs it; pure
controller   CarbonController, the function app that runs verdazure.controller
monitoring   Monitoring: tables, the rule that fills them, alerts and a workbook
alerts       alerts on rows of the tables
workbook     the workbook's document; pure
retraining   RetrainingPolicy: what is asked of a model, and when it is trained again
"""
