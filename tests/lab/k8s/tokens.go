package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strings"

	authentication "k8s.io/api/authentication/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

const (
	tokenPrefix = "k8s-aws-v1."
	// eksGroup is the group of whoever came with a good token; the lab binds it by RBAC.
	eksGroup = "lab:eks"
)

// reviewer answers TokenReviews as EKS does. The verifier is AWS's own (aws-iam-authenticator); what it would ask of STS
// over the network is answered by standIn, which signs the same request again with AWS's signer and compares.
type reviewer struct {
	verifiers map[string]token.Verifier
	stsHosts  []string
}

func serveTokens(args []string) error {
	flags := flag.NewFlagSet("tokens", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:0", "`address` to serve on")
	keys, clusters, hosts := keyring{}, []string{}, []string{}
	flags.Func("cluster", "a cluster `name` that tokens may be signed for (repeatable)", gather(&clusters))
	flags.Func("sts-host", "`host:port` of a stand-in STS that tokens may be signed for too (repeatable)", gather(&hosts))
	flags.Func("key", "`ACCESS_KEY,SECRET,ARN` of someone who may come in (repeatable)", keys.add)
	if err := flags.Parse(args); err != nil {
		return err
	}
	// The verifier makes its own http.Client, which uses the default transport.
	http.DefaultTransport = &standIn{keys: keys, hosts: hosts}
	review := reviewer{verifiers: map[string]token.Verifier{}, stsHosts: hosts}
	for _, name := range clusters {
		review.verifiers[name] = token.NewVerifier(name, "aws", "us-east-1")
	}
	log.Printf("tokens for %s on %s", strings.Join(clusters, ", "), *listen)
	return http.ListenAndServe(*listen, review)
}

func gather(into *[]string) func(string) error {
	return func(value string) error {
		*into = append(*into, value)
		return nil
	}
}

func (r reviewer) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var asked authentication.TokenReview
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := authentication.TokenReview{
		TypeMeta: meta.TypeMeta{APIVersion: authentication.SchemeGroupVersion.String(), Kind: "TokenReview"},
	}
	if who, err := r.verify(asked.Spec.Token); err != nil {
		answer.Status.Error = err.Error()
		log.Print("refused: ", err)
	} else {
		answer.Status.Authenticated = true
		answer.Status.User = authentication.UserInfo{Username: who.CanonicalARN, UID: who.UserID, Groups: []string{eksGroup}}
		log.Print("admitted: ", who.CanonicalARN)
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		log.Print(err)
	}
}

func (r reviewer) verify(bearer string) (*token.Identity, error) {
	bearer = r.asRealSTS(bearer)
	failed := errors.New("no cluster is named")
	for name, verifier := range r.verifiers {
		who, err := verifier.Verify(bearer)
		if err == nil {
			return who, nil
		}
		failed = fmt.Errorf("cluster %s: %w", name, err)
	}
	return nil, failed
}

// A console that is pointed at a stand-in AWS signs for that host over http; the verifier takes only https and STS's own hosts.
func (r reviewer) asRealSTS(bearer string) string {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(bearer, tokenPrefix))
	if err != nil {
		return bearer
	}
	for _, host := range r.stsHosts {
		for _, scheme := range []string{"http://", "https://"} {
			if rest, ours := strings.CutPrefix(string(plain), scheme+host); ours {
				return tokenPrefix + base64.RawURLEncoding.EncodeToString([]byte("https://"+realSTS+rest))
			}
		}
	}
	return bearer
}
