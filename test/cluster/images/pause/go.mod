module teamwork-proxy.test/pause

go 1.26
