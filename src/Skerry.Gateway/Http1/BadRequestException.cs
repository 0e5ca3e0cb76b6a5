namespace Skerry.Gateway.Http1;

/// <summary>The client's request cannot be forwarded as it is.</summary>
/// <param name="message">For the client.</param>
internal sealed class BadRequestException(string message) : Exception(message);
