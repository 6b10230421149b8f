version >= 20260701
method = yaml
------
service/config/sample.yml : groupsZkConfig.serverPublic = "${zk.server}"
