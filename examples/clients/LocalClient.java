// SPDX-License-Identifier: MIT
// For Twilio's library for Java. NOT RUN, by the tests or by hand: written from the source of version 12.0.0, see README.
//
// Uses taskrouterd where TASKROUTER_API_URL is set, and Twilio where it is not. The library makes every request by its
// HttpClient; this one puts another address in front of the path.
//
//   java -cp twilio.jar LocalClient.java
import com.twilio.Twilio;
import com.twilio.http.NetworkHttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.taskrouter.v1.Workspace;
import com.twilio.rest.taskrouter.v1.workspace.Task;

public class LocalClient extends NetworkHttpClient {
    private static final String TWILIO = "https://taskrouter.twilio.com";
    private final String local;

    LocalClient(String local) {
        this.local = local;
    }

    @Override
    public Response makeRequest(final Request request) {
        if (!request.getUrl().startsWith(TWILIO)) {
            return super.makeRequest(request);
        }
        Request moved = new Request(request.getMethod(), request.getUrl().replace(TWILIO, local));
        moved.setAuth(request.getUsername(), request.getPassword());
        moved.getQueryParams().putAll(request.getQueryParams());
        moved.getPostParams().putAll(request.getPostParams());
        moved.getHeaderParams().putAll(request.getHeaderParams());
        return super.makeRequest(moved);
    }

    public static void main(String[] arguments) {
        String account = System.getenv("TWILIO_ACCOUNT_SID");
        String token = System.getenv("TWILIO_AUTH_TOKEN");
        String local = System.getenv("TASKROUTER_API_URL");
        Twilio.init(account, token);
        if (local != null) {
            Twilio.setRestClient(new TwilioRestClient.Builder(account, token)
                .httpClient(new LocalClient(local)).build());
        }
        for (Workspace workspace : Workspace.reader().read()) {
            System.out.println(workspace.getSid() + " " + workspace.getFriendlyName());
        }
        Task task = Task.creator(System.getenv("TASKROUTER_WORKSPACE_SID"))
            .setWorkflowSid(System.getenv("TASKROUTER_WORKFLOW_SID"))
            .setAttributes("{\"selected_language\":\"es\"}")
            .create();
        System.out.println(task.getSid() + " " + task.getAssignmentStatus());
    }
}
