namespace Skerry.Simulation;

/// <summary>What an entry of the <see cref="EventQueue"/> is; the numbers are part of the run's hash.</summary>
internal enum EventKind
{
    /// <summary>An action of the scenario or of the faults.</summary>
    Action = 1,

    /// <summary>A node's deadline has come.</summary>
    Wake = 2,

    /// <summary>A packet arrives.</summary>
    Packet = 3,

    /// <summary>One leg of an exchange is (again) tried.</summary>
    Attempt = 4,

    /// <summary>An exchange's request arrives at the one who serves it.</summary>
    Request = 5,

    /// <summary>An exchange's reply arrives at the one who asked.</summary>
    Reply = 6,

    /// <summary>An exchange has ended without a reply: refused, or its time is up.</summary>
    Failure = 7,

    /// <summary>A paused node goes on.</summary>
    Resume = 8,
}
