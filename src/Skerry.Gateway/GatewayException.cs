namespace Skerry.Gateway;

/// <summary>The gateway could not start or change; the message says what was wrong and what to do next.</summary>
/// <param name="message">For the operator.</param>
/// <param name="inner">What the system said, if it did.</param>
public sealed class GatewayException(string message, Exception? inner = null) : Exception(message, inner);
