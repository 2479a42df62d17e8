// SPDX-License-Identifier: MIT
// For Twilio's library for Go. NOT RUN by the tests; it was tried by hand with version 1.30.9.
//
// Uses taskrouterd where TASKROUTER_API_URL is set, and Twilio where it is not. The library makes every request by an
// http.Client that it can be given; this one's transport puts another address in front of the path.
//
//	go mod init example && go mod tidy && go run local_client.go
package main

import (
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	taskrouter "github.com/twilio/twilio-go/rest/taskrouter/v1"
)

type localTransport struct{ local *url.URL }

func (transport localTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host == "taskrouter.twilio.com" {
		request = request.Clone(request.Context())
		request.URL.Scheme = transport.local.Scheme
		request.URL.Host = transport.local.Host
		request.Host = transport.local.Host
	}
	return http.DefaultTransport.RoundTrip(request)
}

func main() {
	account := os.Getenv("TWILIO_ACCOUNT_SID")
	base := &client.Client{Credentials: client.NewCredentials(account, os.Getenv("TWILIO_AUTH_TOKEN"))}
	base.SetAccountSid(account)
	if address := os.Getenv("TASKROUTER_API_URL"); address != "" {
		local, err := url.Parse(address)
		if err != nil {
			log.Fatal(err)
		}
		base.HTTPClient = &http.Client{Transport: localTransport{local}}
	}
	api := twilio.NewRestClientWithParams(twilio.ClientParams{Client: base}).TaskrouterV1

	workspaces, err := api.ListWorkspace(&taskrouter.ListWorkspaceParams{})
	if err != nil {
		log.Fatal(err)
	}
	for _, workspace := range workspaces {
		fmt.Println(*workspace.Sid, *workspace.FriendlyName)
	}
	params := &taskrouter.CreateTaskParams{}
	params.SetWorkflowSid(os.Getenv("TASKROUTER_WORKFLOW_SID"))
	params.SetAttributes(`{"selected_language":"es"}`)
	task, err := api.CreateTask(os.Getenv("TASKROUTER_WORKSPACE_SID"), params)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*task.Sid, *task.AssignmentStatus)
}
