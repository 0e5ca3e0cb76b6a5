namespace Skerry.Gateway.Http1;

/// <summary>Times of an exchange, in the watch's milliseconds; <see cref="long.MaxValue"/>: no limit.</summary>
/// <param name="FirstByte">From the request being sent to the answer's first byte.</param>
/// <param name="Idle">The longest silence within a body.</param>
/// <param name="End">When the whole must be over, on the watch's clock.</param>
internal readonly record struct ExchangeLimits(long FirstByte, long Idle, long End);
