using Microsoft.Extensions.Logging;

using Skerry.Gateway.Transport;

namespace Skerry.Gateway;

/// <summary>What all listeners share.</summary>
/// <param name="Loops">Where connections live.</param>
/// <param name="Time">Clock and timers.</param>
/// <param name="Logger">The gateway's.</param>
/// <param name="KestrelLoggers">For Kestrel.</param>
internal sealed record ListenerParts(EventLoops Loops, TimeProvider Time, ILogger Logger, ILoggerFactory KestrelLoggers);
