using System.Net;
using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>
/// Asks by the gRPC health protocol (grpc.health.v1.Health/Check). The message is one field, so frame and protobuf are written here:
/// request <c>{ service = 1: string }</c>, answer <c>{ status = 1: enum }</c>, 1 is SERVING.
/// </summary>
internal sealed class GrpcProbe : ICheckProbe
{
    private const int FrameHeader = 5;
    private const int MaxAnswer = 64;

    private readonly CheckDefinition _check;
    private readonly HttpClient _http;
    private readonly string _authority;
    private readonly string _service;

    public GrpcProbe(CheckDefinition check)
    {
        _check = check;
        _http = new HttpClient(CheckHandler.For(check), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        var slash = check.Target.IndexOf('/', StringComparison.Ordinal);
        _authority = slash < 0 ? check.Target : check.Target[..slash];
        _service = slash < 0 ? "" : check.Target[(slash + 1)..];
    }

    public async Task<CheckResult> RunAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{(_check.UseTls ? "https" : "http")}://{_authority}/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(_service)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var answer = new byte[MaxAnswer];
            var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
            return Judge(response, answer.AsSpan(0, length));
        }
        catch (Exception refused) when (refused is HttpRequestException or IOException)
        {
            return new CheckResult(CheckStatus.Critical, $"gRPC check {_check.Target}: {refused.InnerException?.Message ?? refused.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    private CheckResult Judge(HttpResponseMessage response, ReadOnlySpan<byte> answer)
    {
        var status = Header(response, "grpc-status");
        if (response.StatusCode != HttpStatusCode.OK || status is not (null or "0"))
            return new CheckResult(CheckStatus.Critical, $"gRPC check {_check.Target}: status {status ?? ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)} {Header(response, "grpc-message")}");
        return answer is [0, 0, 0, 0, 2, 8, 1, ..]
            ? new CheckResult(CheckStatus.Passing, $"gRPC check {_check.Target}: success")
            : new CheckResult(CheckStatus.Critical, $"gRPC {_check.Target} serving status: {(answer is [0, 0, 0, 0, 2, 8, 2, ..] ? "NOT_SERVING" : "UNKNOWN")}");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;

    private static byte[] Frame(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        if (name.Length == 0) return new byte[FrameHeader];
        // Validation keeps the name below 128 bytes, so its length is one byte.
        return [0, 0, 0, 0, (byte)(name.Length + 2), 0x0A, (byte)name.Length, .. name];
    }
}
