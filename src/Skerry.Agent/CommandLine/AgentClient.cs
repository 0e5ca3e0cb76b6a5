using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Skerry.Agent.CommandLine;

/// <summary>The HTTP API of an agent, as the verbs use it.</summary>
internal sealed class AgentClient : IDisposable
{
    /// <summary>The environment variable that names the agent.</summary>
    public const string AddressVariable = "SKERRY_ADDRESS";

    /// <summary>The environment variable with the token that requests bring.</summary>
    public const string TokenVariable = "SKERRY_TOKEN";

    /// <summary>Where an agent's API is unless said otherwise.</summary>
    public const string DefaultAddress = "http://127.0.0.1:8500";

    /// <summary>What is not a file or a stream is answered by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;

    /// <param name="address"><c>HOST:PORT</c> or <c>http://HOST:PORT</c>.</param>
    /// <param name="token">The token's secret; null or empty: none.</param>
    /// <exception cref="CommandFailedException">Not an address, or no token.</exception>
    public AgentClient(string address, string? token = null)
    {
        var url = address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw new CommandFailedException(ExitCode.Usage, $"'{address}' is not an agent's address; allowed: HOST:PORT or http://HOST:PORT");
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = parsed, Timeout = Timeout.InfiniteTimeSpan };
        if (string.IsNullOrEmpty(token)) return;
        // Not all that fits on a command line fits in a header; and what was refused is not printed.
        if (!token.All(letter => letter is > ' ' and <= '~')) throw new CommandFailedException(ExitCode.Usage, $"What --token or ${TokenVariable} gives is no token's secret.");
        _http.DefaultRequestHeaders.Add("X-Consul-Token", token);
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseContentRead, cancellation);
        var body = await answer.Content.ReadAsStreamAsync(cancellation);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, cancellation) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"What answers at {_http.BaseAddress} is not a Skerry agent. Name one with --address or {AddressVariable}.");
        }
    }

    /// <summary>Asks for a change and reads what it has done.</summary>
    /// <param name="method">How.</param>
    /// <param name="path">Of what.</param>
    /// <param name="text">The document to send; null: none.</param>
    /// <param name="ifMatch">The revision it must have; null: any.</param>
    /// <param name="type">What the answer is.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidDocumentException">The agent has read the document, and it has errors.</exception>
    public async Task<T> ChangeAsync<T>(HttpMethod method, string path, string? text, string? ifMatch, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var content = text is null ? null : new StringContent(text);
        using var answer = await SendAsync(method, path, content, HttpCompletionOption.ResponseContentRead, cancellation, ifMatch);
        return await JsonSerializer.DeserializeAsync(await answer.Content.ReadAsStreamAsync(cancellation), type, cancellation)
            ?? throw new CommandFailedException(ExitCode.Failed, $"What answers at {_http.BaseAddress} is not a Skerry agent. Name one with --address or {AddressVariable}.");
    }

    public async Task PutAsync(string path, CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Put, path, null, HttpCompletionOption.ResponseContentRead, cancellation)).Dispose();

    public async Task PutAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var content = Content(body, type);
        (await SendAsync(HttpMethod.Put, path, content, HttpCompletionOption.ResponseContentRead, cancellation)).Dispose();
    }

    public async Task DeleteAsync(string path, CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Delete, path, null, HttpCompletionOption.ResponseContentRead, cancellation)).Dispose();

    /// <summary>Asks, and gives the answer as it is. That something is not there is an answer, too: the agent has no words for it.</summary>
    public async Task<AgentAnswer> AskAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        using var content = body is null ? null : new ByteArrayContent(body);
        using var answer = await TrySendAsync(method, path, content, HttpCompletionOption.ResponseContentRead, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        var isMissing = answer.StatusCode == HttpStatusCode.NotFound && bytes.Length == 0;
        if (!answer.IsSuccessStatusCode && !isMissing) throw Refused(answer, Encoding.UTF8.GetString(bytes));
        return new AgentAnswer(!isMissing, bytes, Number(answer, "X-Consul-Index"), Number(answer, "X-Skerry-Revision"));
    }

    /// <summary>Copies what is answered, however long it takes.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="target">Where to.</param>
    /// <param name="copied">Told of each piece's length.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandFailedException">Refused, or broken off.</exception>
    public async Task CopyAsync(string path, Stream target, Action<int> copied, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseHeadersRead, cancellation);
        try
        {
            await CopyAsync(await answer.Content.ReadAsStreamAsync(cancellation), target, copied, cancellation);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"It broke off: {broken.Message}");
        }
    }

    /// <summary>Sends a file, however long it takes.</summary>
    public async Task PutFileAsync(string path, Stream source, Action<int> sent, CancellationToken cancellation)
    {
        using var content = new CountedContent(source, sent);
        (await SendAsync(HttpMethod.Put, path, content, HttpCompletionOption.ResponseHeadersRead, cancellation)).Dispose();
    }

    /// <summary>The lines of an answer that does not end by itself.</summary>
    public IAsyncEnumerable<string> ReadLinesAsync(string path, CancellationToken cancellation) => LinesAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>The lines of the answer to a document, which does not end by itself.</summary>
    public async IAsyncEnumerable<string> PutLinesAsync<T>(string path, T body, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var content = Content(body, type);
        await foreach (var line in LinesAsync(HttpMethod.Put, path, content, cancellation)) yield return line;
    }

    public void Dispose() => _http.Dispose();

    private static async Task CopyAsync(Stream from, Stream to, Action<int> copied, CancellationToken cancellation)
    {
        var buffer = new byte[128 * 1024];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            copied(read);
        }
    }

    private static ByteArrayContent Content<T>(T body, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async IAsyncEnumerable<string> LinesAsync(HttpMethod method, string path, HttpContent? body, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await SendAsync(method, path, body, HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await ReadLineAsync(reader, cancellation) is { } line) yield return line;
    }

    /// <summary>The next line; null when the agent ended the answer, or itself.</summary>
    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static CommandFailedException Refused(HttpResponseMessage answer, string text) => new(
        answer.StatusCode == HttpStatusCode.NotFound ? ExitCode.NotFound : ExitCode.Failed,
        text.Trim() is { Length: > 0 } said ? said + (answer.StatusCode == HttpStatusCode.Forbidden ? $"\nA token is given with --token or ${TokenVariable}." : "") : $"The agent answered {(int)answer.StatusCode} {answer.ReasonPhrase}.");

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, HttpCompletionOption completion, CancellationToken cancellation, string? ifMatch = null)
    {
        var answer = await TrySendAsync(method, path, body, completion, cancellation, ifMatch);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            throw answer is { StatusCode: HttpStatusCode.BadRequest, Content.Headers.ContentType.MediaType: "application/json" } ? new InvalidDocumentException(text) : Refused(answer, text);
        }
    }

    /// <summary>An answer that is read whole comes in time; one of which only the head is waited for may take as long as it likes.</summary>
    private async Task<HttpResponseMessage> TrySendAsync(
        HttpMethod method, string path, HttpContent? body, HttpCompletionOption completion, CancellationToken cancellation, string? ifMatch = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (completion == HttpCompletionOption.ResponseContentRead) limit.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body };
            if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", $"\"{ifMatch}\"");
            return await _http.SendAsync(request, completion, limit.Token);
        }
        catch (HttpRequestException refused)
        {
            throw new CommandFailedException(ExitCode.Unreachable,
                $"No agent answers at {_http.BaseAddress} ({refused.InnerException?.Message ?? refused.Message}). Is one running? Start one with: skerry dev; or name another with --address or {AddressVariable}.");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailedException(ExitCode.Unreachable, $"The agent at {_http.BaseAddress} did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    /// <summary>A file that says how much of it has gone.</summary>
    private sealed class CountedContent(Stream source, Action<int> sent) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => CopyAsync(source, stream, sent, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => CopyAsync(source, stream, sent, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = source.Length;
            return true;
        }
    }
}
