"""The carbon-aware control loop: each round observes, decides by the pure functions of `verdazure.carbon`, and acts.

Every act is idempotent, and what is not known changes nothing: a round that is killed anywhere is made good by the
next.
"""
