#!/bin/sh
# Shelly, second generation and later: sh shelly.sh ADDRESS ID PASSWORD BROKER CA.pem, such as
#   sh shelly.sh 192.168.33.1 shellyplussmoke-80646fd1aabb … broker.example:8883 /etc/ssl/estate/ca.pem
# A battery device has to be awake: press its button first. MQTT is off until then.
# Source: shelly-api-docs, Gen2: Mqtt, Shelly.PutUserCA, SSL support for outbound connections.
set -eu
rpc() { curl --fail --silent --show-error --data "$2" "http://$address/rpc/$1"; echo; }
address=$1 id=$2 password=$3 broker=$4
ca=$(awk '{printf "%s\\n", $0}' "$5")
rpc Shelly.PutUserCA "{\"data\":\"$ca\",\"append\":false}"
# The topic prefix is the user's name and the address in devices.csv: the ACL lets it write nothing else.
rpc MQTT.SetConfig "{\"config\":{\"enable\":true,\"server\":\"$broker\",\"ssl_ca\":\"user_ca.pem\",\"user\":\"$id\",
  \"pass\":\"$password\",\"client_id\":\"$id\",\"topic_prefix\":\"$id\",\"rpc_ntf\":true,\"status_ntf\":true}}"
rpc Shelly.Reboot '{}'
# Generation 1 has no TLS: Internet & Security, Advanced, MQTT on its page; user and id are the same, and its network is
# one of its own that reaches the broker's plain listener alone.
# In devices.csv: a-12-C-smoke,shelly_gen2,shellyplussmoke-80646fd1aabb,a,12,C,,hall,smoke,
