package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	realSTS = "sts.us-east-1.amazonaws.com"
	// The SHA-256 of nothing: a presigned GET has no body.
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

type owner struct{ secret, arn string }

type keyring map[string]owner

func (k keyring) add(flag string) error {
	part := strings.SplitN(flag, ",", 3)
	if len(part) != 3 {
		return fmt.Errorf("want ACCESS_KEY,SECRET,ARN")
	}
	k[part[0]] = owner{secret: part[1], arn: part[2]}
	return nil
}

// standIn is STS as far as a presigned GetCallerIdentity goes: it knows the secrets, makes the signature again, compares.
type standIn struct {
	keys  keyring
	hosts []string
}

func (s *standIn) RoundTrip(request *http.Request) (*http.Response, error) {
	query := request.URL.Query()
	credential := strings.Split(query.Get("X-Amz-Credential"), "/") // KEY/date/region/sts/aws4_request
	who, known := s.keys[credential[0]]
	if !known || len(credential) != 5 {
		return reply(http.StatusForbidden, `{"Error":{"Code":"InvalidClientTokenId"}}`), nil
	}
	at, err := time.Parse("20060102T150405Z", query.Get("X-Amz-Date"))
	if err != nil {
		return reply(http.StatusBadRequest, `{"Error":{"Code":"IncompleteSignature"}}`), nil
	}
	hosts := []string{request.URL.Host}
	if request.URL.Host == realSTS {
		hosts = append(hosts, s.hosts...)
	}
	for _, host := range hosts {
		// The verifier has put its own cluster's name into this header, and the signature covers it.
		again, err := s.sign(query, host, request.Header.Get("x-k8s-aws-id"), credential, who.secret, at)
		if err != nil {
			return nil, err
		}
		if again == query.Get("X-Amz-Signature") {
			return reply(http.StatusOK, identity(who.arn)), nil
		}
	}
	return reply(http.StatusForbidden, `{"Error":{"Code":"SignatureDoesNotMatch"}}`), nil
}

func (s *standIn) sign(query url.Values, host, cluster string, credential []string, secret string, at time.Time) (string, error) {
	bare := url.Values{}
	for name, value := range query {
		if !strings.HasPrefix(name, "X-Amz-") || name == "X-Amz-Expires" {
			bare[name] = value
		}
	}
	request, err := http.NewRequest(http.MethodGet, "https://"+host+"/?"+bare.Encode(), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("x-k8s-aws-id", cluster)
	keys := aws.Credentials{AccessKeyID: credential[0], SecretAccessKey: secret, SessionToken: query.Get("X-Amz-Security-Token")}
	signed, _, err := v4.NewSigner().PresignHTTP(context.Background(), keys, request, emptyHash, credential[3], credential[2], at)
	if err != nil {
		return "", err
	}
	made, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	return made.Query().Get("X-Amz-Signature"), nil
}

func identity(arn string) string {
	field := strings.SplitN(arn, ":", 6)
	account := ""
	if len(field) == 6 {
		account = field[4]
	}
	user := "AIDALAB"
	if role := strings.Split(arn, "/"); slices.Contains(strings.Split(role[0], ":"), "assumed-role") {
		user = "AROALAB:" + cmp.Or(role[len(role)-1], "session")
	}
	return fmt.Sprintf(`{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":%q,"Arn":%q,"UserId":%q}}}`, account, arn, user)
}

func reply(code int, body string) *http.Response {
	return &http.Response{
		StatusCode: code,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}
