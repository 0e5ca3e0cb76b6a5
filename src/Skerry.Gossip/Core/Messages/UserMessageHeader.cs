namespace Skerry.Gossip.Core.Messages;

/// <summary>What stands first in a user message on a TCP stream.</summary>
/// <param name="Length">How many raw bytes follow.</param>
internal readonly record struct UserMessageHeader(int Length);
