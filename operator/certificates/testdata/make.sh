#!/bin/sh
# Makes the keystores that the tests read, with the tools that users make theirs with: keytool of JDK 17 and OpenSSL 3.
# Everything is valid for a hundred years, so that no test expires. Not made here, because it can't be: a PKCS#12 keystore whose
# key has a password of its own (keytool ignores -keypass for it), and one by keytool with a password that is not ASCII.
set -eu
cd "$(dirname "$0")"
rm -f ./*.p12 ./*.jks ./*.jceks ./*.crt

# Folder for what is not kept.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

pair() { # keystore, password, alias, more options of keytool -genkeypair...
  keystore=$1 password=$2 alias=$3
  shift 3
  keytool -genkeypair -storetype PKCS12 -keystore "$keystore" -storepass "$password" -alias "$alias" -validity 36500 \
    -dname "CN=twc.example.com, O=Example, C=DE" -ext san=dns:twc.example.com,dns:*.apps.example.com,ip:192.0.2.10,ip:2001:db8::10 "$@"
}

# One key each: what keytool makes by default, and what it made before JDK 17 (RC2-40, 3DES, SHA-1).
pair rsa.p12 nomagic TeamworkCloud -keyalg RSA -keysize 2048
pair rsa-legacy.p12 nomagic teamworkcloud -keyalg RSA -keysize 2048 -J-Dkeystore.pkcs12.legacy
pair ec-p256.p12 nomagic teamworkcloud -keyalg EC -groupname secp256r1
pair ec-p384.p12 nomagic teamworkcloud -keyalg EC -groupname secp384r1
pair ed25519.p12 nomagic teamworkcloud -keyalg Ed25519
pair dsa.p12 nomagic teamworkcloud -keyalg DSA -keysize 2048
pair rsa-1024.p12 nomagic teamworkcloud -keyalg RSA -keysize 1024
pair tomcat.p12 s3cret-of-tomcat tomcat -keyalg EC -groupname secp256r1
pair keystore.jks nomagic teamworkcloud -keyalg EC -groupname secp256r1 -storetype JKS

# A root, an intermediate and a leaf, imported as a CA's reply is.
authority() { # alias, name, more options of keytool -genkeypair...
  alias=$1 name=$2
  shift 2
  keytool -genkeypair -storetype PKCS12 -keystore "$scratch/authorities.p12" -storepass changeit -alias "$alias" -validity 36500 \
    -dname "CN=$name" -keyalg EC -groupname secp256r1 -ext bc:c -ext ku:c=keyCertSign,cRLSign "$@"
}
authority root "Example Root CA"
authority intermediate "Example Issuing CA" -signer root
keytool -exportcert -rfc -keystore "$scratch/authorities.p12" -storepass changeit -alias root >"$scratch/root.pem"
keytool -exportcert -rfc -keystore "$scratch/authorities.p12" -storepass changeit -alias intermediate >"$scratch/intermediate.pem"
pair chain.p12 changeit teamworkcloud -keyalg RSA -keysize 2048
keytool -certreq -keystore chain.p12 -storepass changeit -alias teamworkcloud |
  keytool -gencert -rfc -keystore "$scratch/authorities.p12" -storepass changeit -alias intermediate -validity 36500 \
    -ext san=dns:twc.example.com -ext eku=serverAuth >"$scratch/leaf.pem"
cat "$scratch/leaf.pem" "$scratch/intermediate.pem" "$scratch/root.pem" |
  keytool -importcert -noprompt -keystore chain.p12 -storepass changeit -alias teamworkcloud

# Several keys, a trusted certificate and a secret key, as a keystore shared by several applications has them.
pair several.p12 changeit webapp -keyalg EC -groupname secp256r1
pair several.p12 changeit teamworkcloud -keyalg EC -groupname secp256r1
pair several.p12 changeit rest -keyalg EC -groupname secp256r1
keytool -importcert -noprompt -keystore several.p12 -storepass changeit -alias example-root -file "$scratch/root.pem"
keytool -genseckey -keystore several.p12 -storepass changeit -alias token -keyalg AES -keysize 128

# Certificates without a key.
keytool -importcert -noprompt -storetype PKCS12 -keystore no-key.p12 -storepass changeit -alias example-root -file "$scratch/root.pem"

# OpenSSL's: the certificates in the wrong order, without names, with passwords that keytool refuses, and without any protection.
export_openssl() { # keystore, password, more options of openssl pkcs12 -export...
  keystore=$1 password=$2
  shift 2
  openssl pkcs12 -export -out "$keystore" -passout "pass:$password" -inkey "$scratch/leaf.key" -in "$scratch/leaf.pem" "$@"
}
openssl pkcs12 -in chain.p12 -passin pass:changeit -nocerts -nodes -out "$scratch/leaf.key"
cat "$scratch/root.pem" "$scratch/intermediate.pem" >"$scratch/issuers.pem"
export_openssl openssl.p12 changeit -name teamworkcloud -certfile "$scratch/issuers.pem"
export_openssl openssl-legacy.p12 changeit -name teamworkcloud -legacy -descert
export_openssl openssl-no-name.p12 changeit
export_openssl openssl-umlauts.p12 'pässwörd€' -name teamworkcloud
export_openssl openssl-umlauts-legacy.p12 'pässwörd€' -name teamworkcloud -legacy
export_openssl openssl-empty-password.p12 '' -name teamworkcloud
export_openssl openssl-no-mac.p12 changeit -name teamworkcloud -nomac
export_openssl openssl-plain.p12 '' -name teamworkcloud -keypbe NONE -certpbe NONE -nomac

# What Java made before JDK 9, JKS: the same chain and the same aliases, and a key with a password of its own.
to_jks() { # keystore, alias, PKCS#12 keystore
  keytool -importkeystore -noprompt -srckeystore "$3" -srcstorepass changeit -srcalias "$2" \
    -destkeystore "$1" -deststoretype JKS -deststorepass changeit
}
to_jks chain.jks teamworkcloud chain.p12
for alias in webapp teamworkcloud rest example-root; do to_jks several.jks "$alias" several.p12; done
pair key-password.jks changeit teamworkcloud -keyalg RSA -keysize 2048 -storetype JKS -keypass of-the-key
pair key-password.jks changeit dsa -keyalg DSA -keysize 2048 -storetype JKS -keypass changeit
keytool -importcert -noprompt -storetype JKS -keystore no-key.jks -storepass changeit -alias example-root -file "$scratch/root.pem"
keytool -genkeypair -storetype JCEKS -keystore keystore.jceks -storepass changeit -keypass changeit -alias teamworkcloud -validity 36500 \
  -dname "CN=twc.example.com" -keyalg EC -groupname secp256r1

# Mistakes that OpenSSL lets people make: without the intermediate, and the certificate of another key.
export_openssl openssl-no-intermediate.p12 changeit -name teamworkcloud -certfile "$scratch/root.pem"
cp "$scratch/leaf.pem" openssl-leaf.crt

# Trust stores with one certificate, in the clear, for comparing what we write byte by byte.
trust_store() { # keystore, type
  keytool -importcert -noprompt -keystore "$1" -storetype "$2" -storepass changeit -alias teamwork-proxy -file "$scratch/root.pem" \
    -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE
}
trust_store trust.jks JKS
trust_store trust.p12 PKCS12
