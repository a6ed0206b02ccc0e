"""The cases: small functions that add events of one situation to the company and write down what is true of it.

`work` is allowed use, `tenant_accounts` personal and other accounts inside the directory, `consumer` personal accounts on
the company's devices, `apps` agents and workloads, `traps` situations that look like personal use and are not.
"""
