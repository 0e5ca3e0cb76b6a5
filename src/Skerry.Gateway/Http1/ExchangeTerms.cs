namespace Skerry.Gateway.Http1;

/// <summary>How an upstream wants its exchanges.</summary>
/// <param name="FirstByte">From the request being sent to the answer's first byte, milliseconds.</param>
/// <param name="Idle">The longest silence within a body, milliseconds; <see cref="long.MaxValue"/>: no limit.</param>
/// <param name="PreserveHost">Whether the client's Host header is forwarded.</param>
internal sealed record ExchangeTerms(long FirstByte, long Idle, bool PreserveHost);
