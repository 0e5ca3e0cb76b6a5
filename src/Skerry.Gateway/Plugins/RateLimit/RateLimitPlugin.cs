using System.Globalization;

namespace Skerry.Gateway.Plugins.RateLimit;

/// <summary>Lets requests through at a rate; the rest gets 429.</summary>
internal sealed class RateLimitPlugin(RateLimitOptions options, TimeProvider time) : GatewayPlugin
{
    private readonly TokenBuckets _buckets = new(options.Rate, options.Burst, options.MaxKeys);
    private readonly long _origin = time.GetTimestamp();
    private readonly string? _header = options.Key.StartsWith("header:", StringComparison.Ordinal) ? options.Key[7..] : null;
    private long _limited;

    public override object State => new { limited = Interlocked.Read(ref _limited), keys = _buckets.Count };

    public override IEnumerable<GatewayError> Validate(string path)
    {
        if (options.Key is not ("client-ip" or "all") && _header is not { Length: > 0 }) yield return new GatewayError($"{path}.key", $"'{options.Key}' is unknown; allowed: client-ip, all, header:NAME");
    }

    public override ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        var key = _header is not null ? context.RequestHeaders[_header].ToString() : options.Key == "all" ? "" : context.ClientAddress;
        var wait = _buckets.Take(key, time.GetElapsedTime(_origin).TotalSeconds);
        if (wait <= 0) return new ValueTask<bool>(true);
        Interlocked.Increment(ref _limited);
        context.ResponseHeaders["Retry-After"] = Math.Max(1, (long)Math.Ceiling(wait)).ToString(CultureInfo.InvariantCulture);
        return context.AnswerAsync(429, "Too many requests: try again later.");
    }
}
