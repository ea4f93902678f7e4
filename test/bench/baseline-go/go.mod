module teamwork-proxy.test/baseline

go 1.26.0

require (
	k8s.io/api v0.37.1
	k8s.io/apimachinery v0.37.1
	k8s.io/client-go v0.37.1
	sigs.k8s.io/controller-runtime v0.25.2
	software.sslmate.com/src/go-pkcs12 v0.6.0
)
