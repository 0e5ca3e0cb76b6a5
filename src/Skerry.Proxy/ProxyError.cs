namespace Skerry.Proxy;

/// <summary>Something in the options that cannot run.</summary>
/// <param name="Path">The key, such as <c>forwards[1].listen</c>.</param>
/// <param name="Message">What was wrong and what is allowed.</param>
public sealed record ProxyError(string Path, string Message);
