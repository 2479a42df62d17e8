// SPDX-License-Identifier: MIT
// For Twilio's library for C# and .NET. NOT RUN by the tests; it was tried by hand with version 7.14.9, on Mono.
//
// Uses taskrouterd where TASKROUTER_API_URL is set, and Twilio where it is not. The library makes every request by an
// HttpClient of .NET that it can be given; this one's handler puts another address in front of the path.
//
//   dotnet run
using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Twilio;
using Twilio.Clients;
using Twilio.Http;
using Twilio.Rest.Taskrouter.V1;
using Twilio.Rest.Taskrouter.V1.Workspace;

class LocalHandler : DelegatingHandler
{
    private readonly Uri local;

    public LocalHandler(string url) : base(new HttpClientHandler())
    {
        local = new Uri(url);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        if (request.RequestUri.Host == "taskrouter.twilio.com")
            request.RequestUri = new Uri(local, request.RequestUri.PathAndQuery);
        return base.SendAsync(request, stop);
    }
}

static class LocalClient
{
    static void Main()
    {
        string account = Environment.GetEnvironmentVariable("TWILIO_ACCOUNT_SID");
        string token = Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN");
        string local = Environment.GetEnvironmentVariable("TASKROUTER_API_URL");
        TwilioClient.Init(account, token);
        if (local != null)
        {
            var client = new System.Net.Http.HttpClient(new LocalHandler(local));
            TwilioClient.SetRestClient(
                new TwilioRestClient(account, token, httpClient: new SystemNetHttpClient(client)));
        }
        foreach (var workspace in WorkspaceResource.Read())
            Console.WriteLine("{0} {1}", workspace.Sid, workspace.FriendlyName);
        var task = TaskResource.Create(
            Environment.GetEnvironmentVariable("TASKROUTER_WORKSPACE_SID"),
            workflowSid: Environment.GetEnvironmentVariable("TASKROUTER_WORKFLOW_SID"),
            attributes: "{\"selected_language\":\"es\"}");
        Console.WriteLine("{0} {1}", task.Sid, task.AssignmentStatus);
    }
}
