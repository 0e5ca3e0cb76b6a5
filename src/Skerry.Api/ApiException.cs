namespace Skerry.Api;

/// <summary>A request cannot be carried out; the message is the answer's body.</summary>
/// <param name="status">HTTP status code.</param>
/// <param name="message">For the client.</param>
public sealed class ApiException(int status, string message) : Exception(message)
{
    /// <summary>HTTP status code.</summary>
    public int Status { get; } = status;
}
