# Installs fluxloop, a single executable, from its releases:
#
#   irm https://github.com/fluxloop/fluxloop/releases/latest/download/install.ps1 | iex
#
# FLUXLOOP_VERSION      the version to install, such as 1.2.3; latest by default
# FLUXLOOP_INSTALL_DIR  the folder to install to, instead of %LOCALAPPDATA%\Programs\fluxloop
#
# Everything is in a function that is called on the last line, so that a partly downloaded script runs nothing.

function Install-Fluxloop {
  $ErrorActionPreference = 'Stop'
  # The progress bar of Windows PowerShell slows downloads down from seconds to minutes.
  $ProgressPreference = 'SilentlyContinue'
  [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor 3072 # TLS 1.2

  $releases = 'https://github.com/fluxloop/fluxloop/releases'
  # Windows on ARM also runs this executable.
  $target = 'x86_64-pc-windows-msvc'
  # In a 32-bit PowerShell, the actual processor is in PROCESSOR_ARCHITEW6432.
  $processor = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
  if ($processor -notin 'AMD64', 'ARM64') {
    throw "fluxloop was not installed: there is no release for the processor $processor."
  }
  $folder = $env:FLUXLOOP_INSTALL_DIR
  if (-not $folder) { $folder = Join-Path $env:LOCALAPPDATA 'Programs\fluxloop' }
  $wanted = if ($env:FLUXLOOP_VERSION) { $env:FLUXLOOP_VERSION -replace '^v', '' } else { 'latest' }
  if ($wanted -eq 'latest') {
    $checksums = "$releases/latest/download/SHA256SUMS"
  } elseif ($wanted -match '^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*$') {
    $checksums = "$releases/download/v$wanted/SHA256SUMS"
  } else {
    throw 'fluxloop was not installed: FLUXLOOP_VERSION must be a version such as 1.2.3.'
  }

  New-Item -ItemType Directory -Force -Path $folder | Out-Null
  # In the destination folder, so that the final rename is atomic.
  $work = Join-Path $folder ".fluxloop-install.$PID"
  New-Item -ItemType Directory -Path $work | Out-Null
  try {
    $sums = Join-Path $work 'SHA256SUMS'
    Invoke-WebRequest -UseBasicParsing -Uri $checksums -OutFile $sums
    $line = Get-Content $sums | Where-Object { $_ -match "^([0-9a-f]{64})  (fluxloop-([0-9][^/\\]*)-$target\.zip)$" }
    if (@($line).Count -ne 1) { throw "fluxloop was not installed: this release has no archive for $target. Set FLUXLOOP_VERSION to another version." }
    $null = "$line" -match '^([0-9a-f]{64})  (fluxloop-(.*)-x86_64-pc-windows-msvc\.zip)$'
    $expected, $archive, $version = $Matches[1], $Matches[2], $Matches[3]

    Write-Output "Downloading fluxloop $version for $target."
    $file = Join-Path $work $archive
    Invoke-WebRequest -UseBasicParsing -Uri "$releases/download/v$version/$archive" -OutFile $file
    if ((Get-FileHash -Algorithm SHA256 -Path $file).Hash -ne $expected) {
      throw "fluxloop was not installed: $archive doesn't match the release's checksum. Try again; if it still fails, report it: https://github.com/fluxloop/fluxloop/issues"
    }
    Expand-Archive -Path $file -DestinationPath (Join-Path $work 'unpacked')
    $program = Join-Path $work "unpacked\fluxloop-$version-$target\fluxloop.exe"
    & $program --version | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "fluxloop was not installed: the program doesn't run on this system (exit code $LASTEXITCODE). Report it: https://github.com/fluxloop/fluxloop/issues" }

    $destination = Join-Path $folder 'fluxloop.exe'
    # A running program can't be replaced or deleted, but it can be renamed. The next start deletes the renamed file.
    $replaced = Join-Path $folder '.old-fluxloop.exe'
    Remove-Item -Force $replaced -ErrorAction SilentlyContinue
    if (Test-Path $destination) { Move-Item $destination $replaced }
    try {
      Move-Item $program $destination
    } catch {
      if (Test-Path $replaced) { Move-Item $replaced $destination }
      throw
    }
    Remove-Item -Force $replaced -ErrorAction SilentlyContinue
    Write-Output "Installed fluxloop $version to $destination."
  } finally {
    Remove-Item -Recurse -Force $work -ErrorAction SilentlyContinue
  }

  if (";$env:PATH;" -notlike "*;$folder;*") {
    Write-Output '', "$folder is not on your PATH. To add it for new terminals:"
    Write-Output "  [Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$folder', 'User')"
  }
}

Install-Fluxloop
