# The section's name before July 2026.
version < 20260701
method = yaml
------
service/config/sample.yml : zkConfig.serverPublic = "${zk.server}"
