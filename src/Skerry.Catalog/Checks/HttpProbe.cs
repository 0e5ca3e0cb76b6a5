using System.Net;
using System.Net.Security;
using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>Passes on 2xx, warns on 429, is critical on anything else. Up to ten redirects are followed, as Consul does.</summary>
/// <param name="check">Its target is the URL.</param>
internal sealed class HttpProbe(CheckDefinition check) : ICheckProbe
{
    private const int MaxRedirects = 10;

    private readonly HttpClient _http = CheckConnection.For(check, SslApplicationProtocol.Http11);
    private readonly string _method = check.Method.Length == 0 ? "GET" : check.Method.ToUpperInvariant();

    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        try
        {
            var (url, method) = (new Uri(check.Target), _method);
            for (var redirects = 0; ; redirects++)
            {
                using var request = Request(url, method, isRedirect: redirects > 0);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                var next = Redirect(response, url);
                if (next is null) return await JudgeAsync(response, cancellation);
                if (redirects == MaxRedirects) return new CheckResult(CheckStatus.Critical, $"HTTP {_method} {check.Target}: stopped after {MaxRedirects} redirects");
                // 307 and 308 repeat the request; the others ask for a page.
                if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) && method != "HEAD") method = "GET";
                url = next;
            }
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new CheckResult(CheckStatus.Critical, $"HTTP {_method} {check.Target}: {CheckConnection.Reason(failed)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static Uri? Redirect(HttpResponseMessage response, Uri from)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return null;
        return Uri.TryCreate(from, location, out var next) && next.Scheme is "http" or "https" ? next : null;
    }

    private HttpRequestMessage Request(Uri url, string method, bool isRedirect)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), url) { Version = HttpVersion.Version11 };
        if (url.Scheme == Uri.UriSchemeHttps) request.Options.Set(CheckConnection.ServerName, check.TlsServerName.Length > 0 ? check.TlsServerName : url.IdnHost);
        if (check.Body.Length > 0 && (!isRedirect || method == _method)) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(check.Body));
        request.Headers.Host = url.Authority;
        request.Headers.TryAddWithoutValidation("User-Agent", "Skerry Health Check");
        request.Headers.TryAddWithoutValidation("Accept", "text/plain, text/*, */*");
        // What may be a secret is for the host it was meant for.
        if (isRedirect && url.Host != new Uri(check.Target).Host) return request;
        foreach (var (name, values) in check.Headers)
        {
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = values[0];
                continue;
            }

            // The framework keeps headers that speak of the body with the body, and refuses to look for them elsewhere.
            if (request.Headers.NonValidated.Contains(name)) request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, values)) request.Content?.Headers.TryAddWithoutValidation(name, values);
        }

        return request;
    }

    private async Task<CheckResult> JudgeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => CheckStatus.Passing,
            HttpStatusCode.TooManyRequests => CheckStatus.Warning,
            _ => CheckStatus.Critical,
        };
        // No more of a body than is kept: a service that streams for ever costs one buffer.
        var buffer = new byte[CheckResult.MaxOutput];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        var body = Encoding.UTF8.GetString(buffer, 0, length);
        return new CheckResult(status, $"HTTP {_method} {check.Target}: {(int)response.StatusCode} {response.ReasonPhrase} Output: {body}");
    }
}
