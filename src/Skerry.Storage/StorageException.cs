namespace Skerry.Storage;

/// <summary>The disk did not do what was asked; the message says which file, why, and what still stands.</summary>
/// <param name="message">For the operator.</param>
/// <param name="inner">What the system said.</param>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether there was no room: nothing was lost, and the same call may succeed once there is.</summary>
    public bool IsFull { get; init; }
}
