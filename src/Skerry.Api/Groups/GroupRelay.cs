using System.Net;
using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Skerry.Api.Groups;

/// <summary>Carries calls for another group to one of its servers, over the mesh, and the answers back.</summary>
internal sealed class GroupRelay : IDisposable
{
    /// <summary>The longest body of a request; Consul's largest call is a transaction of 128 values of 512 KiB, and no group takes half of that.</summary>
    private const int MaxBody = 4 << 20;

    /// <summary>Servers that are tried before the call is given up.</summary>
    private const int MaxTries = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly HttpRequestOptionsKey<string> NodeOf = new("skerry.node");

    /// <summary>Of a connection and not of a request, or said anew by whoever answers here.</summary>
    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Date", "Server", "Expect",
    };

    private readonly IGroupCalls _calls;
    private readonly HttpMessageInvoker _http;

    public GroupRelay(IGroupCalls calls)
    {
        _calls = calls;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = Patience,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = 256,
            ConnectCallback = async (context, cancellation) =>
                await _calls.ConnectAsync(context.InitialRequestMessage.Options.TryGetValue(NodeOf, out var node) ? node : "", cancellation),
        });
    }

    /// <summary>Asks a server of the group, another where one cannot be reached, and answers as it does.</summary>
    /// <param name="http">The call.</param>
    /// <param name="group">The group.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ApiException">The group is not known, or none of its servers can be reached.</exception>
    public async Task CarryAsync(HttpContext http, string group, CancellationToken cancellation)
    {
        if (_calls.ServersOf(group) is not { } known) throw new ApiException(StatusCodes.Status500InternalServerError, "No path to datacenter");
        var servers = known.ToArray();
        Random.Shared.Shuffle(servers);
        var body = await ReadBodyAsync(http, cancellation);
        var failures = new List<string>();
        foreach (var server in servers.Take(MaxTries))
        {
            using var request = Copy(http.Request, server, body);
            try
            {
                using var answer = await _http.SendAsync(request, cancellation);
                await CopyAsync(answer, http.Response, cancellation);
                return;
            }
            catch (HttpRequestException failed) when (failed.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // Nothing of it was sent.
                failures.Add($"{server}: {failed.InnerException?.Message ?? failed.Message}");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // No stream to it came to be in time: nothing was sent, either.
                failures.Add($"{server}: no answer within {Patience.TotalSeconds:0} s");
            }
            catch (HttpRequestException failed)
            {
                throw new ApiException(StatusCodes.Status502BadGateway, $"{server} of {group} was lost while it was asked, and may have done it or not: {failed.Message}");
            }
        }

        var why = failures.Count > 0 ? string.Join("; ", failures) : "none of its servers can be reached now";
        throw new ApiException(StatusCodes.Status500InternalServerError, $"No path to datacenter {group}: {why}");
    }

    public void Dispose() => _http.Dispose();

    private static async Task<byte[]?> ReadBodyAsync(HttpContext http, CancellationToken cancellation)
    {
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) return null;
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await http.Request.Body.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (body.Length + read > MaxBody) throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"Request body too large for another group, max size: {MaxBody} bytes.");
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static HttpRequestMessage Copy(HttpRequest from, string server, byte[]? body)
    {
        // A node's name need not be a host's: connections are told apart by its hash.
        var host = "n" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server)).AsSpan(0, 12));
        var target = from.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(from.Method), new Uri($"http://{host}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Options.Set(NodeOf, server);
        if (body is not null) request.Content = new ByteArrayContent(body);
        foreach (var (name, values) in from.Headers)
        {
            if (Left.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return request;
    }

    private static async Task CopyAsync(HttpResponseMessage from, HttpResponse to, CancellationToken cancellation)
    {
        to.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.NonValidated.Concat(from.Content.Headers.NonValidated))
        {
            if (!Left.Contains(name)) to.Headers[name] = new StringValues([.. values]);
        }

        if (from.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified) return;
        to.ContentLength = from.Content.Headers.ContentLength;
        await from.Content.CopyToAsync(to.Body, cancellation);
    }
}
