using System.Net;
using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>Passes on 2xx, warns on 429, is critical on anything else. Redirects are followed, as Consul does.</summary>
internal sealed class HttpProbe : ICheckProbe
{
    private readonly CheckDefinition _check;
    private readonly HttpClient _http;

    public HttpProbe(CheckDefinition check)
    {
        _check = check;
        _http = new HttpClient(CheckHandler.For(check), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        var method = _check.Method.Length == 0 ? "GET" : _check.Method.ToUpperInvariant();
        using var request = new HttpRequestMessage(new HttpMethod(method), _check.Target);
        if (_check.Body.Length > 0) request.Content = new StringContent(_check.Body);
        request.Headers.TryAddWithoutValidation("User-Agent", "Skerry Health Check");
        request.Headers.TryAddWithoutValidation("Accept", "text/plain, text/*, */*");
        foreach (var (name, values) in _check.Headers)
        {
            request.Headers.Remove(name);
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase)) request.Headers.Host = values[0];
            else if (!request.Headers.TryAddWithoutValidation(name, values)) request.Content?.Headers.TryAddWithoutValidation(name, values);
        }

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var body = await ReadAsync(response, cancellation);
            var status = response.StatusCode switch
            {
                >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => CheckStatus.Passing,
                HttpStatusCode.TooManyRequests => CheckStatus.Warning,
                _ => CheckStatus.Critical,
            };
            return new CheckResult(status, $"HTTP {method} {_check.Target}: {(int)response.StatusCode} {response.ReasonPhrase} Output: {body}");
        }
        catch (HttpRequestException refused)
        {
            return new CheckResult(CheckStatus.Critical, $"HTTP {method} {_check.Target}: {refused.InnerException?.Message ?? refused.Message}");
        }
        catch (IOException broken)
        {
            return new CheckResult(CheckStatus.Critical, $"HTTP {method} {_check.Target}: {broken.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>No more of a body than is kept: a service that streams for ever costs one buffer.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var buffer = new byte[CheckResult.MaxOutput];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
