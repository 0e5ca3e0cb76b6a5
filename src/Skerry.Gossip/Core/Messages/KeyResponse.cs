using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>The payload of a response to Serf's key queries.</summary>
/// <param name="Result">Whether it was done.</param>
/// <param name="Message">Why not.</param>
/// <param name="Keys">The installed keys in base64, for a listing.</param>
/// <param name="PrimaryKey">The one that encrypts, in base64; empty from old peers.</param>
internal sealed record KeyResponse(bool Result, string Message, ImmutableArray<string> Keys, string PrimaryKey) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.KeyResponse;

    /// <summary>Without the keys: traces are no place for them.</summary>
    public override string ToString() => $"{nameof(KeyResponse)} {{ Result = {Result}, Message = {Message}, Keys = {Keys.Length} }}";
}
