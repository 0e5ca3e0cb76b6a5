using Skerry.Simulation;

namespace Skerry.Lab.Nemesis;

/// <summary>The checker's objects as keys of the group, through one of its doors.</summary>
internal interface IHistoryObjects
{
    /// <summary>Whether there are locks that sessions hold.</summary>
    bool HasSessions { get; }

    /// <summary>Does it, and answers as the model has it.</summary>
    /// <exception cref="CallFailure">It was not answered.</exception>
    Task<long> DoAsync(Operation operation);
}
